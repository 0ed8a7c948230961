package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/input"
	"checkpoint/store/build/print"
	"checkpoint/store/durable"
)

func labelCommand() *cli.Command {
	return &cli.Command{
		Name: "label", Short: "in mã địa điểm, mã cá nhân, tờ dán nắp máy / to print: codes of places and people, the card of a box's lid",
		Examples: []string{
			"provincectl label place --payload \"https://tokhaiyte.vn/?page=Group.checkin&groupId=1\" --title \"Nhà văn hoá\" --out place",
			"provincectl label place --sites sites.csv --out places",
			"provincectl label person --payload \"001090000011||Nguyễn Văn An|15081990|Nam|Hà Nội|10052021\" --title \"Nguyễn Văn An\" --out an",
		},
		Sub: []*cli.Command{labelPlace(), labelPerson(), labelTest(), labelLid()},
	}
}

type labelOptions struct {
	payload, title, line, out, formats string
	side, distance                     float64
	sites, columns                     string
}

func (o *labelOptions) flags(f *flag.FlagSet, side, distance float64) {
	f.StringVar(&o.payload, "payload", "", "what the code says")
	f.StringVar(&o.title, "title", "", "words below the code")
	f.StringVar(&o.line, "line", "", "smaller words below them")
	f.Float64Var(&o.side, "side", side, fmt.Sprintf("width of the code in millimetres, at least %g", side))
	f.Float64Var(&o.distance, "distance", distance, "from how far it is to be read, in metres: as much damage is corrected as that allows")
	f.StringVar(&o.out, "out", "label", "files OUT.png, OUT.svg, OUT.pdf; with --sites a directory")
	f.StringVar(&o.formats, "as", "svg,pdf", "which of png, svg, pdf and txt, the code as text")
}

func labelPlace() *cli.Command {
	var o labelOptions
	return &cli.Command{
		Name: "place", Short: "mã địa điểm / the code of a place, at least 15 × 15 cm",
		Examples: []string{
			"provincectl label place --payload \"https://tokhaiyte.vn/?page=Group.checkin&groupId=1\" --title \"Nhà văn hoá\" --out place",
			"provincectl label place --sites sites.csv --out places",
		},
		Flags: func(f *flag.FlagSet) {
			o.flags(f, print.PlaceSide, print.PlaceDistance)
			f.StringVar(&o.sites, "sites", "", "sites.csv: one for each site that has a place code, named by its id")
			f.StringVar(&o.columns, "columns", "", "TOML file with the province's own column names")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || (o.payload == "") == (o.sites == "") || o.side < print.PlaceSide {
				return cli.Usage("label place: want --payload or --sites, --side of at least %d, and no arguments", print.PlaceSide)
			}
			if o.sites != "" {
				return o.all(io)
			}
			return o.one(io, o.out, public)
		},
	}
}

func labelPerson() *cli.Command {
	var o labelOptions
	return &cli.Command{
		Name: "person", Short: "mã cá nhân / the code of a person, at least 5 × 5 cm",
		Examples: []string{"provincectl label person --payload \"001090000011||Nguyễn Văn An|15081990|Nam|Hà Nội|10052021\" --title \"Nguyễn Văn An\" --out an"},
		Flags:    func(f *flag.FlagSet) { o.flags(f, print.HandSide, print.HandDistance) },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || o.payload == "" || o.side < print.HandSide {
				return cli.Usage("label person: want --payload, --side of at least %d, and no arguments", print.HandSide)
			}
			return o.one(io, o.out, personal)
		},
	}
}

// one makes a label.
func (o *labelOptions) one(io cli.IO, file string, mode os.FileMode) error {
	code, err := print.For(o.payload, o.side, o.distance)
	if err != nil {
		return cli.Hint(err, "--side lớn hơn, --distance gần hơn, hoặc --payload ngắn hơn / a larger --side, a smaller --distance, or a shorter --payload")
	}
	label := &print.Label{Code: code, Side: o.side, Title: o.title}
	if o.line != "" {
		label.Lines = []string{o.line}
	}
	if err := writeLabel(file, label, o.formats, mode); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "%s (%s): %g × %g mm, mức sửa lỗi / error level %s\n", file, o.formats, o.side, o.side, code.Level())
	return nil
}

// all makes a label for every site that has a place code.
func (o *labelOptions) all(io cli.IO) error {
	columns, err := readColumns(o.columns)
	if err != nil {
		return err
	}
	f, err := input.Open(o.sites)
	if err != nil {
		return err
	}
	defer f.Close()
	var sites []input.Site
	var faults []error
	names := fileNames{}
	rd := input.Reader{Columns: columns}
	for s, err := range rd.Sites(o.sites, f) {
		if err == nil && s.PlaceCode != "" {
			s.Site, err = names.of(s.Site, "site", o.sites, rd.Line)
			sites = append(sites, s)
		}
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return cli.Hint(err, "chưa in tờ nào; sửa các dòng rồi chạy lại / no label was made; mend the rows and run it again")
	}
	if len(sites) == 0 {
		return cli.Hint(fmt.Errorf("%s: no site has a place code", o.sites), "điền cột place_code, hoặc dùng provincectl label place --payload ĐỊA-CHỈ / fill in its column place_code, or: provincectl label place --payload ADDRESS")
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	for _, s := range sites {
		o.payload, o.title = s.PlaceCode, s.Name
		if err := o.one(io, filepath.Join(o.out, s.Site), public); err != nil {
			return err
		}
	}
	return nil
}

// fileNames are the files that rows of a list go to, and of which row each is.
// Machines of offices do not tell capital letters apart.
type fileNames map[string]int

// of is the name for what a word of a row names; the line, where the word can be none.
func (taken fileNames) of(word, column, list string, line int) (string, error) {
	name := cmp.Or(fileName(word), fmt.Sprintf("line-%d", line))
	key := strings.ToLower(name)
	if first := taken[key]; first > 0 {
		return "", fmt.Errorf("%s:%d: %s: stands in line %d too, and each names a file", list, line, column, first)
	}
	taken[key] = line
	return name, nil
}

// fileName is a word as the name of a file; empty for one that cannot be.
func fileName(word string) string {
	if strings.HasPrefix(word, ".") || strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}) {
		return ""
	}
	return word
}

// Who may read a label: what hangs at a door is everybody's, what names a person
// its owner's.
const (
	public   os.FileMode = 0o644
	personal os.FileMode = 0o600
)

// writeLabel writes the formats asked for, each file whole or not at all.
func writeLabel(file string, label *print.Label, formats string, mode os.FileMode) error {
	makers := map[string]func() ([]byte, error){
		"png": label.PNG, "svg": func() ([]byte, error) { return label.SVG(), nil }, "pdf": label.PDF,
		"txt": func() ([]byte, error) { return []byte(label.Code.Payload + "\n"), nil },
	}
	asked := strings.Split(formats, ",")
	if i := slices.IndexFunc(asked, func(format string) bool { return makers[format] == nil }); i >= 0 {
		return cli.Usage("--as: want some of png,svg,pdf,txt, not %q", asked[i])
	}
	if err := label.Fits(); err != nil {
		return cli.Hint(err, "ít chữ hơn, hoặc --side lớn hơn / fewer words, or a larger --side")
	}
	for _, format := range asked {
		b, err := makers[format]()
		if err == nil {
			err = durable.Replace(file+"."+format, b, mode)
		}
		if err != nil {
			return fmt.Errorf("write label: %w", err)
		}
	}
	return nil
}
