// Where a passkey can be made or used: the server says what it wants, its owner agrees, and the form brings it back.
const act = {
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

async function wanted({ options, source }) {
  if (options) return JSON.parse(options).publicKey;
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options.publicKey;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-passkey]");
  if (!button) return;
  const { form } = button;
  const said = button.parentElement.querySelector("[data-refused]");
  said.textContent = "";
  button.disabled = true;
  try {
    const credential = await act[button.dataset.passkey](await wanted(button.dataset));
    form.elements.credential.value = JSON.stringify(credential);
    form.noValidate = true;
    form.requestSubmit();
  } catch {
    said.textContent = said.dataset.refused;
  } finally {
    button.disabled = false;
  }
});
