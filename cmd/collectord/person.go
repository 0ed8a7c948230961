package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func personCommand() *cli.Command {
	return &cli.Command{
		Name: "person", Short: "yêu cầu của một người về dữ liệu của mình / what a person may ask for about himself or herself (Law 91/2025/QH15)",
		Examples: []string{
			"collectord person ask --kind delete --note 'thư số 12'",
			"collectord person export --reason 'thư số 12' < number.txt > file.json",
			"collectord person done 7",
		},
		Sub: []*cli.Command{askCommand(), requestsCommand(), repliedCommand(), doneCommand(), exportCommand(), correctCommand(), deleteCommand()},
	}
}

// onPerson is a command about the person whose number comes on standard input. It
// is a look at that person, and stands in the log as one before it is done; detail
// says what of the person, and what a second person has to see of it.
func onPerson(what office.What, short, example string, more func(*flag.FlagSet), detail func() (string, *view.Correction, error), do func(context.Context, cli.IO, *view.View, string) error) *cli.Command {
	var l looking
	flags := func(f *flag.FlagSet) {
		l.add(f)
		if more != nil {
			more(f)
		}
	}
	return onViewBy((*config).forOffice, string(what), short, example, 0, flags, func(ctx context.Context, io cli.IO, conf *config, v *view.View, _ []string) error {
		of, c, err := detail()
		if err != nil {
			return err
		}
		if err := l.wants(what); err != nil {
			return err
		}
		number, err := documentNumber(io)
		if err != nil {
			return err
		}
		d, err := l.open(ctx, conf)
		if err != nil {
			return err
		}
		defer d.office.Close()
		look := office.Look{What: what, Subject: d.person(number), Detail: of}
		if c != nil {
			look.Change = &view.Change{Number: number, Correction: *c}
		}
		if err := d.look(ctx, look); err != nil {
			return err
		}
		return do(ctx, io, v, number)
	})
}

// nothingMore is the detail of what is about all of a person.
func nothingMore() (string, *view.Correction, error) { return "", nil, nil }

// onView is a command with so many arguments that uses the database.
func onView(name, short, example string, arguments int, more func(*flag.FlagSet), do func(context.Context, cli.IO, *config, *view.View, []string) error) *cli.Command {
	return onViewBy((*config).forView, name, short, example, arguments, more, do)
}

func onViewBy(validate func(*config, *faults), name, short, example string, arguments int, more func(*flag.FlagSet), do func(context.Context, cli.IO, *config, *view.View, []string) error) *cli.Command {
	var file string
	return &cli.Command{
		Name: name, Short: short, Examples: []string{example},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&file, "config", defaultConfig, "tệp cấu hình / configuration file")
			if more != nil {
				more(f)
			}
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != arguments {
				return cli.Usage("%[1]s: cần %[2]d tham số / want %[2]d arguments", name, arguments)
			}
			c, v, err := openViewBy(ctx, file, validate)
			if err != nil {
				return err
			}
			defer v.Pool.Close()
			return do(ctx, io, c, v, args)
		},
	}
}

func exportCommand() *cli.Command {
	return onPerson(office.Export, "mọi điều đang giữ về một người, JSON / everything that is held of a person, as JSON; the number on standard input",
		"collectord person export --reason 'thư số 12' < number.txt > file.json", nil, nothingMore,
		func(ctx context.Context, io cli.IO, v *view.View, number string) error {
			file, err := v.Export(ctx, number)
			if err != nil {
				return err
			}
			out := json.NewEncoder(io.Out)
			out.SetIndent("", "  ")
			return out.Encode(file)
		})
}

func correctCommand() *cli.Command {
	var name, birth, commune string
	var c view.Correction
	return onPerson(office.Correct, "sửa tên, ngày sinh, xã / correct name, birth date or commune, also over the imports to come; the number on standard input",
		"collectord person correct --reason 'thư số 12' --commune 10507 < number.txt",
		func(f *flag.FlagSet) {
			f.StringVar(&name, "name", "", "họ tên / full name")
			f.StringVar(&birth, "birth", "", "ngày sinh YYYY-MM-DD / birth date")
			f.StringVar(&commune, "commune", "", "mã xã / code of the commune")
		},
		func() (detail string, _ *view.Correction, err error) {
			c, detail, err = correction(name, birth, commune)
			return detail, &c, err
		},
		func(ctx context.Context, io cli.IO, v *view.View, number string) error {
			if err := v.Correct(ctx, number, c); err != nil {
				return err
			}
			fmt.Fprintln(io.Out, "đã sửa / corrected")
			return nil
		})
}

// correction is what flags say is to be changed, and the names of it for the log.
func correction(name, birth, commune string) (c view.Correction, detail string, err error) {
	var what []string
	if name != "" {
		c.Name = &name
		what = append(what, "name")
	}
	if birth != "" {
		day, err := view.ParseBirth(birth)
		if err != nil {
			return c, "", cli.Usage("--birth %q: %w", birth, err)
		}
		c.Birth = &day
		what = append(what, "birth date")
	}
	if commune != "" {
		c.Commune = &commune
		what = append(what, "commune")
	}
	if len(what) == 0 {
		return c, "", cli.Usage("collectord person correct: cần --name, --birth hoặc --commune / want --name, --birth or --commune")
	}
	return c, strings.Join(what, ", "), nil
}

func deleteCommand() *cli.Command {
	return onPerson(office.Delete, "xoá người khỏi mọi lượt quét / take a person out of every record; the number on standard input",
		"collectord person delete --reason 'thư số 12' < number.txt", nil, nothingMore,
		func(ctx context.Context, io cli.IO, v *view.View, number string) error {
			n, err := v.Forget(ctx, number)
			if err == nil {
				fmt.Fprintf(io.Out, "%d lượt / records\n", n)
			}
			return err
		})
}

func askCommand() *cli.Command {
	var kind, note string
	return onView("ask", "ghi một yêu cầu và hạn / note a request that came, and by when it must be done", "collectord person ask --kind access --note 'thư số 12'", 0,
		func(f *flag.FlagSet) {
			f.StringVar(&kind, "kind", "", "access, correct, restrict, delete")
			f.StringVar(&note, "note", "", "thư ở đâu, không ghi tên / where the letter is; no name")
		},
		func(ctx context.Context, io cli.IO, c *config, v *view.View, _ []string) error {
			switch view.RequestKind(kind) {
			case view.AskAccess, view.AskCorrect, view.AskRestrict, view.AskDelete:
			default:
				return cli.Usage("--kind %[1]q: phải là access, correct, restrict hoặc delete / want access, correct, restrict or delete", kind)
			}
			r, err := v.Ask(ctx, c.View.Clocks, view.RequestKind(kind), time.Now(), machineUser().Name, note)
			if err != nil {
				return err
			}
			return printRequests(io, []view.Request{r})
		})
}

func requestsCommand() *cli.Command {
	return onView("requests", "yêu cầu chưa xong, gấp trước / requests that are not done, the most urgent first", "collectord person requests", 0, nil,
		func(ctx context.Context, io cli.IO, _ *config, v *view.View, _ []string) error {
			all, err := v.Requests(ctx)
			if err != nil {
				return err
			}
			return printRequests(io, all)
		})
}

func repliedCommand() *cli.Command {
	return stepCommand("replied", "đã trả lời một yêu cầu / a request was replied to", (*view.View).Replied)
}

func doneCommand() *cli.Command {
	return stepCommand("done", "đã làm xong một yêu cầu / a request was carried out", (*view.View).Done)
}

func stepCommand(name, short string, step func(*view.View, context.Context, int64) error) *cli.Command {
	return onView(name, short, "collectord person "+name+" 7", 1, nil,
		func(ctx context.Context, _ cli.IO, _ *config, v *view.View, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return cli.Usage("%[1]q không phải số của yêu cầu / is no number of a request", args[0])
			}
			return step(v, ctx, id)
		})
}

func printRequests(io cli.IO, all []view.Request) error {
	table := tabwriter.NewWriter(cli.Plain(io.Out), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "số\tloại\tnhận\ttrả lời trước\txong trước\ttrễ\tghi chú")
	fmt.Fprintln(table, "number\tkind\treceived\treply by\tdone by\tlate\tnote")
	for _, r := range all {
		reply, late := r.ReplyBy.Format(time.RFC3339), ""
		if r.Replied != nil {
			reply = "✓"
		}
		if r.Late(time.Now()) {
			late = "!"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Received.Format(time.RFC3339), reply, r.DoneBy.Format(time.RFC3339), late, r.Note)
	}
	return table.Flush()
}
