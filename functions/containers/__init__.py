"""The containers that Lambda keeps of the other functions."""
