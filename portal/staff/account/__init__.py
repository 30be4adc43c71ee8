"""A member's own pages: sign-in, enrolment, the account."""
