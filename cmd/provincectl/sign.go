package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	stdio "io"
	"io/fs"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/changes"
	"checkpoint/store/build/state"
	"checkpoint/store/keys"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
)

type signOptions struct {
	key, against, trust string
	days                int
	confirm             uint64
	gate                gate
}

func snapshotSign() *cli.Command {
	var o signOptions
	return &cli.Command{
		Name: "sign", Short: "ký một bản dữ liệu / compare a snapshot with the one before and sign it with one officer's key",
		Examples: []string{
			"provincectl snapshot sign --key keys/officer-1.key snap",
			"provincectl snapshot sign --key keys/officer-1.key --against snap --confirm 2 snap2",
		},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&o.key, "key", "", "the officer's secret key file")
			f.StringVar(&o.against, "against", "", "the snapshot that it replaces (default: of the directories beside it the newest signed one)")
			f.StringVar(&o.trust, "trust", "", "province.json, to tell which snapshots were signed (default: that beside the key)")
			f.Uint64Var(&o.confirm, "confirm", 0, "the number of the snapshot: sign although the comparison warns")
			daysVar(f, &o.days, "targets-days", 30, "how long boxes call it fresh; the first officer decides")
			o.gate.flags(f)
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if o.key == "" || len(args) != 1 {
				return cli.Usage("snapshot sign: want --key FILE and one snapshot directory")
			}
			return o.run(ctx, io, args[0])
		},
	}
}

func (o *signOptions) run(ctx context.Context, io cli.IO, dir string) error {
	private, err := keys.ReadSigner(o.key)
	if err != nil {
		return err
	}
	it, err := openSide(dir)
	if err != nil {
		return err
	}
	it.describe(io.Out)
	if err := it.manifest.Plausible(time.Now()); err != nil {
		return cli.Hint(err, "đồng hồ sai, ở máy này hoặc máy dựng: các máy từ chối dữ liệu như vậy; chỉnh giờ rồi dựng lại / a clock is wrong, this machine's or the builder's: boxes refuse such data; set it and build anew")
	}
	offer, err := o.offer(io.Out, it)
	if err != nil {
		return err
	}
	alarms, err := o.look(ctx, io, it)
	if err != nil {
		return err
	}
	if err := o.agree(io.Out, it, alarms); err != nil {
		return err
	}
	if err := offer.Sign(private); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "signed snapshot %d of %s with %s\n", it.manifest.Number, it.manifest.Province, filepath.Base(o.key))
	return nil
}

// offer reads what is signed beside what is compared, and shows it.
func (o *signOptions) offer(w stdio.Writer, it side) (publish.Offer, error) {
	fresh := time.Now().AddDate(0, 0, o.days)
	offer, err := publish.Prepare(it.dir, it.raw, fresh)
	if errors.Is(err, publish.ErrFresh) {
		return offer, cli.Hint(err, "hỏi người đã ký trước: dùng --targets-days bằng thời hạn đó, hoặc bỏ tệp %[1]s rồi mọi người ký lại / ask the officer who signed before: either --targets-days for as long as that, or remove %[1]s and all sign again", filepath.Join(it.dir, publish.TargetsFile))
	}
	if err != nil {
		return offer, err
	}
	if offer.Plan != nil {
		printPlan(w, *offer.Plan, nil)
	}
	fmt.Fprintf(w, "chữ ký có hạn đến / signatures hold until %s\n", offer.Fresh.Format(time.RFC3339))
	if offer.Joins && offer.Fresh.Before(fresh.Add(-24*time.Hour)) {
		fmt.Fprintf(w, "  người ký trước đã định hạn này, không phải %d ngày / fixed by who signed before, not the %d days from now that you name\n", o.days, o.days)
	}
	return offer, nil
}

// look compares with the snapshot before, shows what changes, and gives what
// must not pass unseen.
func (o *signOptions) look(ctx context.Context, io cli.IO, it side) ([]changes.Alarm, error) {
	before, alarms, err := o.before(it)
	if err != nil {
		return nil, err
	}
	unseen, err := o.origin(io.Out, it)
	alarms = append(alarms, unseen...)
	if before == "" || err != nil {
		return alarms, err
	}
	old, err := openSide(before)
	if err != nil {
		return nil, err
	}
	it.against(io.Out, old)
	d, err := o.gate.compare(ctx, io.Err, old, it)
	if errors.Is(err, changes.ErrNoState) {
		fmt.Fprintln(io.Out, err)
		return o.census(io.Out, old, it, append(alarms, changes.NoState))
	}
	if err != nil {
		return nil, diffHint(err)
	}
	d.print(io.Out)
	fmt.Fprintln(io.Out)
	return append(alarms, d.result.Alarms()...), nil
}

// census shows who comes and goes, where nothing more can be compared.
func (o *signOptions) census(w stdio.Writer, before, it side, alarms []changes.Alarm) ([]changes.Alarm, error) {
	r, err := changes.Census(before.dir, &before.manifest, it.dir, &it.manifest)
	if errors.Is(err, fs.ErrNotExist) { // layers that boxes have already, as of a snapshot that is gone back to
		fmt.Fprintln(w, err)
		return alarms, nil
	}
	if err != nil {
		return nil, diffHint(err)
	}
	fmt.Fprintf(w, "bản / snapshot %d -> %d\n", before.manifest.Number, it.manifest.Number)
	if r.Matched {
		fmt.Fprintf(w, "người / people: %d thêm / added, %d mất / removed\n", r.People.Added, r.People.Removed)
		fmt.Fprintf(w, "giấy tờ khác / further documents: %d thêm / added, %d mất / removed\n", r.Documents.Added, r.Documents.Removed)
	}
	return append(alarms, r.Alarms()...), nil
}

// before is the snapshot to compare with. There can be none before number 1.
func (o *signOptions) before(it side) (dir string, alarms []changes.Alarm, err error) {
	if o.against == "" && it.manifest.Number == 1 {
		return "", nil, nil
	}
	trust, err := o.province()
	if err != nil {
		return "", nil, err
	}
	if o.against == "" {
		dir, err = changes.Previous(it.dir, it.manifest, trust)
		if dir == "" && err == nil {
			alarms = append(alarms, changes.NothingBefore)
		}
		return dir, alarms, err
	}
	raw, signatures, err := snapshot.ReadBundle(o.against)
	if err != nil {
		return "", nil, err
	}
	if _, err := snapshot.Accept(raw, signatures, trust); err != nil {
		alarms = append(alarms, changes.NotSigned)
	}
	return o.against, alarms, nil
}

// province is whose signatures tell which earlier snapshots count.
func (o *signOptions) province() (snapshot.Trust, error) {
	trust, err := snapshot.ReadTrust(cmp.Or(o.trust, filepath.Join(filepath.Dir(o.key), keys.ProvinceFile)))
	return trust, cli.Hint(err, "nêu province.json cho biết các bản trước do ai ký bằng --trust / --trust names the province.json that tells which earlier snapshots officers signed")
}

// agree refuses alarms that the officer has not confirmed by the snapshot's
// own number, and a number that is another snapshot's in any case.
func (o *signOptions) agree(w stdio.Writer, it side, alarms []changes.Alarm) error {
	number := it.manifest.Number
	if o.confirm != 0 && o.confirm != number {
		return cli.Hint(fmt.Errorf("không ký: đây là bản %d, không phải bản %d / not signed: this is snapshot %d, not %d", number, o.confirm, number, o.confirm), "xem điều gì đổi, rồi gõ số của bản mà mình muốn ký / look at what changes, then type the number of the snapshot that you mean to sign")
	}
	if len(alarms) == 0 {
		if number == 1 && o.against == "" {
			fmt.Fprintln(w, "bản đầu tiên, không có gì để so / the first snapshot: there is nothing to compare it with")
		}
		return nil
	}
	warn(w, alarms)
	if o.confirm == number {
		fmt.Fprintf(w, "đã xác nhận / confirmed: %d\n", number)
		return nil
	}
	return cli.Hint(fmt.Errorf("không ký bản %d: cần xem lại / not signed: snapshot %d needs a second look", number, number),
		"hỏi nơi dựng vì sao; nếu đúng ý thì chạy lại lệnh với --confirm %[1]d / find out why with whoever built it; if it is meant: the same command with --confirm %[1]d", number)
}

// warn says the alarms in words.
func warn(w stdio.Writer, alarms []changes.Alarm) {
	for _, a := range alarms {
		fmt.Fprintf(w, "CẢNH BÁO / WARNING: %s\n", alarmWords(a))
	}
}

// warn says at the end of a comparison what signing will ask.
func (d *difference) warn(w stdio.Writer) {
	if alarms := d.result.Alarms(); len(alarms) > 0 {
		fmt.Fprintln(w)
		warn(w, alarms)
	}
}

func alarmWords(a changes.Alarm) string {
	switch a {
	case changes.PeopleVanish:
		return "hơn 0,1 % số người không còn trong dữ liệu / more than 0.1 % of the people are not in the data any more"
	case changes.RedGrows:
		return "số người bị DỪNG LẠI tăng hơn 5 % / more than 5 % more people get STOP"
	case changes.NotMatched:
		return "không ghép được từng người của hai bản / the people of the two snapshots cannot be matched"
	case changes.NothingBefore:
		return "không thấy bản trước đã ký để so; chỉ ra bằng --against / no earlier signed snapshot lies beside it to compare with; --against names one"
	case changes.NotSigned:
		return "bản đem so chưa đủ chữ ký / the snapshot compared with was not signed by enough officers"
	case changes.NoState:
		return "thiếu tệp trạng thái, không so được kết quả ở cổng; chép hoặc dựng lại / a state file is missing, what the gates say was not compared; copy it or build again: " + state.Path("SNAP")
	case changes.LayersUnseen:
		return "không có tệp lớp ở đây và không bản đã ký nào bên cạnh có đúng các lớp này: không kiểm được quay lại bản nào / layers are not here, and no signed snapshot beside has the same ones: what this goes back to cannot be told; put that snapshot beside it, or name it with --against"
	case changes.BackDiffers:
		return "các lớp là của một bản đã ký, nhưng phần khác thì không / the layers are those of a signed snapshot, something else is not: an abort changes nothing but the number"
	}
	return a.String()
}
