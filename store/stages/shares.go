package stages

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseShares reads shares as people write them: "5%,25%,100%", to two decimals.
func ParseShares(text string) (shares []int, err error) {
	for _, part := range strings.Split(text, ",") {
		share, err := parseShare(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		shares = append(shares, share)
	}
	return shares, nil
}

func parseShare(text string) (int, error) {
	number, ok := strings.CutSuffix(text, "%")
	whole, decimals, dot := strings.Cut(number, ".")
	if dot && (decimals == "" || len(decimals) > 2) {
		ok = false
	}
	digits := whole + (decimals + "00")[:max(2, len(decimals))]
	share, err := strconv.ParseUint(digits, 10, 32)
	if !ok || whole == "" || err != nil || share == 0 || share > Everybody {
		return 0, fmt.Errorf("share %q: want more than 0%% and at most 100%%, to two decimals", text)
	}
	return int(share), nil
}

// Percent writes a share as people read it.
func Percent(share int) string {
	return strconv.FormatFloat(float64(share)/100, 'f', -1, 64) + "%"
}
