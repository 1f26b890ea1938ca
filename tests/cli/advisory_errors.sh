# What is wrong and where; exit 1 each time.
try() {
	"$TOCSIN" advisory "$@"
	echo "exit $?"
}
try
try shwo
try list extra
try show a b
try show 1999-001
try show missing.md
try show -o yaml 2021-063
printf 'no front matter\n' >plain.txt
try show plain.txt
printf -- '---\ntitle: x\n' >cut.md
try show cut.md
printf -- '---\ntitle: \033[31mred\nnumber: 2031-001\n---\n# Summary\n' >red.md
try show red.md
mkdir data data/advisories
printf 'schema: tocsin.pack/1\nnumbr: x\n' >data/advisories/x.yaml
try list --data data
