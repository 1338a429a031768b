"""Send grades to an LMS over its services, and read back what has become of them."""
