package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/check"
)

// printReport writes what a check found. It holds no personal data.
func printReport(w io.Writer, r *check.Report) error {
	w = cli.Plain(w) // header words are the file's
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "tệp / file\tdòng / rows\tdùng được / usable\tbị loại / rejected")
	for _, f := range r.Files {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", f.Path, f.Rows, f.Usable, f.Rejected)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	printFaults(w, r.Files)
	if len(r.Warnings) > 0 {
		fmt.Fprintln(w, "\ncảnh báo / warnings")
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "  %s: %d %s%s\n", warning.File, warning.Count, wording(warning.Code), warningLines(warning))
	}
	if !r.Compared {
		fmt.Fprintln(w, "\nkhông đối chiếu với danh sách người / not compared with the people file: it is not given, or could not be read to its end")
	}
	for _, f := range r.Files {
		if f.Rejects != "" {
			fmt.Fprintf(w, "\ndòng bị loại, có dữ liệu cá nhân / rejected rows, PERSONAL DATA: %s\n", f.Rejects)
		}
	}
	return nil
}

func printFaults(w io.Writer, files []check.FileReport) {
	headed := false
	for _, f := range files {
		if !headed && (f.Err != nil || f.Rejected > 0) {
			fmt.Fprintln(w, "\nlỗi / errors")
			headed = true
		}
		for _, err := range f.Faults {
			fmt.Fprintf(w, "  %v\n", err)
		}
		if more := f.Rejected - len(f.Faults); more > 0 {
			fmt.Fprintf(w, "  %s: … %d dòng nữa / more rows\n", f.Path, more)
		}
		if f.Err != nil {
			fmt.Fprintf(w, "  %v\n", f.Err)
		}
	}
}

// warningLines are the first rows of a warning, each with the row it disagrees with.
func warningLines(w check.Warning) string {
	if len(w.First) == 0 {
		return ""
	}
	list := make([]string, len(w.First))
	for i, p := range w.First {
		list[i] = fmt.Sprint(p.Line)
		if p.Other != "" {
			list[i] += fmt.Sprintf(" (%s:%d)", p.Other, p.At)
		}
	}
	if w.Count > len(list) {
		list = append(list, "…")
	}
	return "; dòng / lines " + strings.Join(list, ", ")
}

func wording(code check.Code) string {
	switch code {
	case check.NumberBirthYear:
		return "năm sinh khác số định danh / birth year contradicts the number"
	case check.NumberSex:
		return "giới tính khác số định danh / sex contradicts the number"
	case check.NumberPrefix:
		return "mã nơi đăng ký khai sinh không có / unknown birth-registration prefix"
	case check.SameNumber:
		return "trùng số, không dựng được / same number twice, the build refuses it"
	case check.SameDocument:
		return "trùng giấy tờ khác, không dựng được / same further document twice, the build refuses it"
	case check.SameCode:
		return "trùng mã khai báo / same declaration code twice"
	case check.SameSite:
		return "trùng mã điểm / same site twice"
	case check.SameStaff:
		return "trùng người trong danh sách nhân viên của một điểm, không dựng được / somebody twice on a site's staff, the build refuses it"
	case check.OddName:
		return "tên có chữ của bảng chữ khác hoặc ký tự ẩn / a name has letters of another alphabet, or marks that are not seen"
	case check.NameDiffers:
		return "họ tên khác danh sách người / name differs from the people file"
	case check.NotInPeople:
		return "số không có trong các dòng dùng được của danh sách người / number is in no usable row of the people file"
	case check.NoSuchSite:
		return "điểm không có trong danh sách điểm / site is not in the sites file"
	case check.InFuture:
		return "ngày ở tương lai / date in the future"
	case check.BeforeBirth:
		return "ngày trước ngày sinh / date before birth"
	}
	return string(code)
}
