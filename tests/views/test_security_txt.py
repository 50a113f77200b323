"""Where somebody who found a weakness reads whom to tell (RFC 9116)."""


def test_it_names_the_contact_until_a_day_to_come(client, settings, world):
    settings.SECURITY_CONTACT = "mailto:security@example.com"
    response = client.get("/.well-known/security.txt")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "Contact: mailto:security@example.com",
        f"Expires: {world.clock().replace(year=2027, month=2, day=20):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, de",
    ]


def test_without_a_contact_there_is_none(client, db):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_it_is_read_and_nothing_else(client, db):
    assert client.post("/.well-known/security.txt").status_code == 405
