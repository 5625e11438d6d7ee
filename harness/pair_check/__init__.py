"""`probe pair check`: measures a real pair, and says whether an interview can be held with it."""
