"""What is unusual in a list of records: numbers and strings in and out."""
