//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/enrol"
)

// enrolTexts say what a technician does about it.
var enrolTexts = []struct {
	err  error
	text string
}{
	{enrol.ErrNoClaim, "cần giấy mời của văn phòng: --claim FILE, --scan DEVICE, hoặc tệp " + enrol.ClaimFile + " trên thẻ hay USB / a claim of the office is needed: --claim FILE, --scan DEVICE, or that file on the card or a stick"},
	{enrol.ErrNotAClaim, "chép lại tệp hoặc quét lại mã QR của văn phòng / copy the office's file again, or scan its QR code again"},
	{enrol.ErrForged, "không dùng giấy này; báo văn phòng / do not use this claim; tell the office"},
	{enrol.ErrExpired, "giờ của máy đúng thì xin giấy mời mới; giờ sai thì chỉnh giờ / if the clock is right, ask the office for a new claim; if it is wrong, set it"},
	{enrol.ErrForeign, "máy này thuộc tỉnh khác: không đổi bằng giấy mời / this box belongs to another province: no claim changes that"},
	{enrol.ErrOtherClaim, "dùng giấy khác thay giấy cũ / to use another claim instead: --new"},
	{enrol.ErrGrantForged, "không dùng tệp trả lời này; báo văn phòng / do not use this reply; tell the office"},
	{enrol.ErrGrantNotOurs, "trả lời của máy khác: xin đúng tệp của máy này / the reply is for another machine: ask for this one's"},
	{enrol.ErrNotAGrant, "chép lại tệp trả lời / copy the reply again"},
	{enrol.UnknownClaim, "văn phòng không có giấy mời này, hoặc đã thay: xin giấy mới / the office does not know this claim, or took it back: ask for a new one"},
	{enrol.ExpiredClaim, "giấy mời đã hết hạn: xin giấy mới / ask the office for a new claim"},
	{enrol.UsedClaim, "một máy khác đã dùng giấy này: báo văn phòng ngay / another machine has used this claim: tell the office now"},
	{enrol.Unproven, "xin giấy mời mới / ask the office for a new claim"},
	{enrol.Retired, "văn phòng đã bỏ máy này: xin giấy mời mới cho máy khác / the office has taken this box out of service"},
	{fs.ErrPermission, "chạy với sudo; đã là root thì mọi tệp trong thư mục trạng thái phải là của người dùng checkpoint / run it with sudo; as root already, the files in the state directory have to be the daemon's: chown -R checkpoint"},
}

func enrolHint(err error) error {
	for _, t := range enrolTexts {
		if errors.Is(err, t.err) {
			return cli.Hint(err, "%s", t.text)
		}
	}
	return err
}

// configOf is what the office knows of a box's configuration.
func configOf(c enrol.Claim, state string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	file := func(name string) string { return filepath.Join(state, filepath.FromSlash(name)) }
	line("# Máy %s. Viết bởi checkpointctl enrol; thêm máy quét và chân của từng làn.\n# Written by checkpointctl enrol; add the scanners and pins of each lane.\n# docs/checkpoint.toml", c.Box)
	line("box = %q\nprovince = %q\nsite = %q\nsite_type = %q\nstate_dir = %q", c.Box, c.Province, c.Site, c.SiteType, state)
	if c.Broker != "" {
		line("\n[mqtt]\nbroker = %q\nca = %q\ncert = %q\nkey = %q", c.Broker, file(enrol.AuthorityFile), file(enrol.IdentityFile), file(enrol.IdentityFile))
	}
	if c.Server != "" {
		line("\n[enrol]\nserver = %q", c.Server)
	}
	if c.Repo != "" {
		line("\n[update]\nurl = %q", c.Repo)
		if !c.PublicRepo {
			line("ca = %q", file(enrol.AuthorityFile))
		}
	}
	for _, l := range c.Lanes {
		line("\n[[lane]]\nname = %q\ndirection = %q", l.Name, l.Direction)
	}
	return b.String()
}
