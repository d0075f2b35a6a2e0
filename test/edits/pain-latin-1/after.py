# Grün
farbe = "grün"
ton = "süß"
