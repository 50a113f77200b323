"""How Django writes dates by itself, which it does in the admin alone: as our own pages for operators do."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i:s"
