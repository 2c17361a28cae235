"""Calendars that are read from time to time: fetched, understood, and taken in as bookings."""
