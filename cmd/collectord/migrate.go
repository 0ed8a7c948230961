package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/postgres"
)

func migrateCommand() *cli.Command {
	var database string
	var roles, restored, again bool
	return &cli.Command{
		Name: "migrate", Short: "tạo hoặc nâng cấp cơ sở dữ liệu / make the database, or bring it to this program's layout",
		Examples: []string{
			"tạo vai trò / make them: collectord migrate --roles | sudo -u postgres psql",
			"collectord migrate --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_owner'",
		},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&database, "database", "", "cơ sở dữ liệu, quyền chủ / database, as its owner")
			f.BoolVar(&roles, "roles", false, "in lệnh SQL tạo các vai trò / print the SQL that makes the roles, for the superuser")
			f.BoolVar(&restored, "restored", false, "sau khi khôi phục bản cũ / after an older state was put back: every box sends again what is missing")
			f.BoolVar(&again, "open-again", false, "mở lại các bản ghi lỗi / try once more to open the records that failed")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			switch {
			case len(args) > 0:
				return tooMuch(args)
			case roles:
				fmt.Fprint(io.Out, postgres.Roles)
				return nil
			case database == "":
				return cli.Usage("collectord migrate: cần --database / --database is needed")
			}
			if err := migrate(ctx, io, database); err != nil {
				return err
			}
			if restored {
				if err := postgres.NewLife(ctx, database); err != nil {
					return err
				}
				fmt.Fprintln(io.Out, "mã khôi phục mới / new restore token: boxes send again what is missing")
			}
			if again {
				n, err := postgres.OpenAgain(ctx, database)
				if err != nil {
					return err
				}
				fmt.Fprintf(io.Out, "mở lại / to open again: %d\n", n)
			}
			return nil
		},
	}
}

func migrate(ctx context.Context, io cli.IO, database string) error {
	done, err := postgres.Migrate(ctx, database)
	for _, name := range done {
		fmt.Fprintln(io.Out, name)
	}
	switch {
	case errors.Is(err, postgres.ErrNoRoles):
		return cli.Hint(err, "tạo vai trò / make them: collectord migrate --roles | sudo -u postgres psql")
	case errors.Is(err, postgres.ErrSchema):
		return cli.Hint(err, "dùng bản collectord mới hơn / use a newer collectord")
	case err != nil:
		return cli.Hint(err, "PostgreSQL có chạy không, địa chỉ và vai trò có đúng không / does PostgreSQL run, are address and role right?")
	}
	fmt.Fprintf(io.Out, "cơ sở dữ liệu sẵn sàng / database ready: %d bước mới / new steps\n", len(done))
	return nil
}
