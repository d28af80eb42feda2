"""What a question asks for: its words, what each of them tells, and the shape of its answer."""
