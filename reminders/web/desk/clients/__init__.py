"""Pages about clients: finding, enrolling, importing, editing, moving, printing, erasing."""
