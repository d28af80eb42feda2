"""What a message means beside others: what it leans on, points at, or only says to be polite."""
