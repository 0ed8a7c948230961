package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/cmd/internal/headquarters"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view/provincetest"
)

// around is the province around the three checkpoints that really run: sites whose
// last days are in the database as if they had come from boxes.
func around() *provincetest.Province {
	return &provincetest.Province{Seed: 11, Sites: 40, People: 20_000, Communes: 24, Scans: 12_000, Cases: 4}
}

// daysAround is how many days end with yesterday.
const daysAround = 3

// accounts are who may open the pages here.
func accounts() []office.Account {
	p := around()
	return []office.Account{
		{Name: "phong-y-te", Roles: office.AllRoles(), Scopes: []string{"all"}, Language: "vi"},
		{Name: "xa-3", Roles: []office.Role{office.Lists, office.Reports, office.Sites}, Scopes: []string{"commune:" + p.Commune(2)}, Language: "vi"},
		{Name: "truy-vet", Roles: []office.Role{office.Trace, office.Approve}, Scopes: []string{"all"}, Language: "vi"},
		{Name: "district-1", Roles: []office.Role{office.Reports, office.Sites, office.Fleet}, Scopes: []string{"district:" + p.District(0)}, Language: "en"},
	}
}

// demoPassword is every account's here: this machine alone is served.
const demoPassword = "chạy thử cả tỉnh"

// peopleAround writes the people of the province around, as the population office
// hands them over.
func (d *demo) peopleAround() (file string, err error) {
	file = d.path("around.csv")
	f, err := os.Create(file)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buffer := bufio.NewWriter(f)
	out := csv.NewWriter(buffer)
	_ = out.Write([]string{"number", "full_name", "birth_date", "sex", "issue_date", "old_numbers", "commune"})
	p := around()
	for i := range p.People {
		x := p.Person(i)
		sex := []string{"Nam", "Nữ"}[(x.Number[3]-'0')%2] // the fourth digit: century and sex
		_ = out.Write([]string{x.Number, x.Name, x.Birth.Format(time.DateOnly), sex, "", x.Old, x.Commune})
	}
	out.Flush()
	return file, errors.Join(out.Error(), buffer.Flush())
}

// daysOf fills the days that are not in the database yet, and what the boxes around
// said of themselves last.
func (d *demo) daysOf(ctx context.Context, h *headquarters.Headquarters) error {
	p := around()
	if err := p.Places(ctx, h.Cluster.URL(headquarters.Database)); err != nil {
		return err
	}
	if err := p.Fleet(ctx, h.Cluster.URL(headquarters.Database), time.Now()); err != nil {
		return err
	}
	days, err := daykeys.Open(h.Days())
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, h.Cluster.URL(headquarters.Database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for n := daysAround; n > 0; n-- {
		day := postgres.DayOf(time.Now()).AddDate(0, 0, -n)
		var there bool
		if err := conn.QueryRow(ctx, "select exists (select from opened.scan where day = $1 and box = $2)", day, p.Box(0)).Scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		records, err := p.FillDay(ctx, conn, days, day)
		if err != nil {
			return err
		}
		fmt.Fprintf(d.io.Out, "%s: %d records of %d sites\n", day.Format(time.DateOnly), records, p.Sites)
	}
	_, err = conn.Exec(ctx, "analyze")
	return err
}

// openPages makes the accounts that are not there yet, and serves the pages.
func (d *demo) openPages(ctx context.Context, h *headquarters.Headquarters) error {
	o, err := office.Open(ctx, h.Cluster.URLFor("checkpoint_view", headquarters.Database), office.Options{Dir: h.Looks()})
	if err != nil {
		return err
	}
	defer o.Close()
	for _, a := range accounts() {
		if err := o.AddAccount(ctx, office.MachineUser("demo-province"), a, demoPassword); err != nil && !errors.Is(err, office.ErrExists) {
			return err
		}
	}
	h.Run("serve")
	return nil
}

// greetOffices tells where the pages are and who may open them.
func (d *demo) greetOffices(h *headquarters.Headquarters) {
	fmt.Fprintf(d.io.Out, "  the offices' pages: http://%s/ , password of all: %s\n", h.Pages, demoPassword)
	for _, a := range accounts() {
		fmt.Fprintf(d.io.Out, "    %-12s %v %v\n", a.Name, a.Scopes, a.Roles)
	}
}
