"""What people do with their accounts: sign up, sign in, change and leave; and the mail that goes with it."""
