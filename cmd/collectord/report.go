package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/postgres"
)

func reportCommand() *cli.Command {
	const example = "collectord report conflicts --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_receive'"
	var database, box string
	var most int
	var asJSON bool
	return &cli.Command{
		Name: "report", Short: "danh sách, báo cáo, điều cần người xem / lists, reports, what somebody has to look at",
		Examples: []string{"collectord report daily --day 2026-11-21 --format pdf --out 2026-11-21.pdf", example},
		Sub: append(officeReports(), &cli.Command{
			Name: "conflicts", Short: "hai bản ghi cùng một số / different records under one number: a card that fails, or a machine that was copied",
			Examples: []string{example, example + " --box cho-7 --json"},
			Flags: func(f *flag.FlagSet) {
				f.StringVar(&database, "database", "", "cơ sở dữ liệu / database")
				f.StringVar(&box, "box", "", "chỉ một máy / of this box alone")
				f.IntVar(&most, "most", 100, "nhiều nhất / list at most so many, newest first")
				f.BoolVar(&asJSON, "json", false, "một dòng JSON cho mỗi bản / a line of JSON each")
			},
			Run: func(ctx context.Context, io cli.IO, args []string) error {
				if database == "" || most < 1 || len(args) > 0 {
					return cli.Usage("collectord report conflicts: cần --database, --most ít nhất là 1, không có gì sau đó / --database is needed, --most is at least 1, and no arguments")
				}
				list, all, err := postgres.Conflicts(ctx, database, box, most)
				if err != nil {
					return err
				}
				return printConflicts(io, list, all, asJSON)
			},
		}),
	}
}

// printConflicts shows no byte of a record: they are sealed, and say nothing.
func printConflicts(io cli.IO, list []postgres.Conflict, all int, asJSON bool) error {
	if asJSON {
		for _, c := range list {
			if err := json.NewEncoder(io.Out).Encode(c); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(io.Out, "%d mâu thuẫn / conflicts\n", all)
	if len(list) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(io.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "máy\tđoạn\tsố\tbản đầu\tbản sau\tkhác nhau")
	fmt.Fprintln(table, "box\tsegment\tnumber\tfirst came\tsecond came\tdiffer in")
	for _, c := range list {
		first := "đã xoá / removed"
		if !c.First.IsZero() {
			first = c.First.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%016x\t%d\t%s\t%s\t%s\n", c.Box, c.Epoch, c.Seq, first, c.Second.Format(time.RFC3339), strings.Join(c.Differs, " "))
	}
	return table.Flush()
}
