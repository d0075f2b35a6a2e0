# Grün
farbe = "grün"
ton = "hell"
