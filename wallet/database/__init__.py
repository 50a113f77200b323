"""What every verb needs of the database: its clock, its patience, and one state of it to read."""
