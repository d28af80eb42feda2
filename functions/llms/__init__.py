"""/llms.txt and its kin: the book for agents, as ingestion wrote it (https://llmstxt.org)."""
