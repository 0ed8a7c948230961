package main

import (
	"context"
	"flag"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// receiptsReport shows whose lists somebody has; nobody's name is on it.
func receiptsReport() *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: "receipts", Short: "ai đã tải và xác nhận danh sách nào của ngày / who fetched and confirmed which list of a day, and who fetched none",
		Examples: []string{"collectord report receipts --day 2026-11-21 --format csv --out receipts.csv"},
		Flags:    func(f *flag.FlagSet) { o.add(f) },
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			return o.run(ctx, io, args, "", func(ctx context.Context, a asked) (view.Table, string, error) {
				c, err := readConfig(o.config, (*config).forAccounts)
				if err != nil {
					return view.Table{}, "", err
				}
				desk, err := c.openOffice(ctx)
				if err != nil {
					return view.Table{}, "", err
				}
				defer desk.Close()
				all, err := desk.Receipts(ctx, a.day)
				return office.ReceiptTable(all, a.language), onDay(a), err
			})
		},
	}
}

// rightsReport is what people asked for about themselves, with its clocks.
func rightsReport() *cli.Command {
	return officeReport("rights", "yêu cầu chưa xong của người dân, gấp trước / requests of people that are not done, the most urgent first",
		"collectord report rights --format csv --out rights.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := a.view.Requests(ctx)
			return view.RequestTable(all), onDay(a), err
		})
}
