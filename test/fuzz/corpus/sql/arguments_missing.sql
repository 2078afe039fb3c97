SELECT slice(), aggregate((x, y) -> x), array_distinct(), extract(1, c), listagg(1, array()) FROM t
