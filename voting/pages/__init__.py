"""What the templates of voting are given: one typed object a page."""
