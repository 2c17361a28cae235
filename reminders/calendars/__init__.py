"""Calendar files (iCalendar, RFC 5545) read apart from the service, so that no file can hurt it."""
