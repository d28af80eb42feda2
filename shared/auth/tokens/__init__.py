"""What is signed or encrypted: links in mail, tokens of ours for others, tokens of other servers."""
