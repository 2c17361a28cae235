"""What went out, what will go out, what needs a person, and what is wrong: doctor, alerts, status."""
