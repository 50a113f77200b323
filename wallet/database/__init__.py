"""What verbs and migrations need of the database: its clock, its patience, one state of it to read, and its guards."""
