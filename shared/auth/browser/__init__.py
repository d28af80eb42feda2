"""What a browser keeps and tells: cookies, and the page that asks."""
