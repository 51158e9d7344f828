"""Index 766: rules as data, values as shown, the check of each shown score by its formula."""
