"""What both sites share: headers, languages, limits, forms, errors, logs."""
