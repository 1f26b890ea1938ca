# A built-in advisory by its number; without one, all of them.
"$TOCSIN" advisory show 2021-063
"$TOCSIN" advisory show 2021-063 >a
"$TOCSIN" advisory show "$SRC/data/advisories/2021-063.yaml" | sed 's/^Read:.*/Read:    built-in/' | cmp - a
