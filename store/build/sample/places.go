package sample

// The codes of birth registration a 12-digit number starts with (Circular
// 07/2016/TT-BCA), each with its share of the sample: the sample province is Hà
// Nội, so most were born there or near by.
func registrationShares() []share {
	shares := []share{
		{"001", 600}, // Hà Nội
		{"036", 45}, {"038", 45}, {"034", 38}, {"040", 36}, {"030", 28}, {"033", 26}, {"035", 24}, {"026", 24}, {"025", 22},
		{"024", 12}, {"027", 12}, {"017", 12}, {"019", 10}, {"031", 10}, {"037", 10}, {"042", 8},
		{"155", 1}, {"231", 1}, {"252", 1}, // Đức, Nga, Séc
	}
	for _, code := range []string{
		"002", "004", "006", "008", "010", "011", "012", "014", "015", "020", "022", "044", "045", "046", "048", "049", "051", "052", "054", "056",
		"058", "060", "062", "064", "066", "067", "068", "070", "072", "074", "075", "077", "079", "080", "082", "083", "084", "086", "087", "089",
		"091", "092", "093", "094", "095", "096",
	} {
		shares = append(shares, share{code, 1})
	}
	return shares
}

// highlandCode tells the codes of the Central Highlands.
func highlandCode(code string) bool { return code >= "062" && code <= "068" }

// commune is a ward and where it lies, by the code of the list before July 2025.
type commune struct{ code, ward, district string }

func communes() []commune {
	return []commune{
		{"00001", "Phúc Xá", "Ba Đình"}, {"00004", "Trúc Bạch", "Ba Đình"}, {"00006", "Vĩnh Phúc", "Ba Đình"}, {"00007", "Cống Vị", "Ba Đình"},
		{"00008", "Liễu Giai", "Ba Đình"}, {"00013", "Quán Thánh", "Ba Đình"}, {"00016", "Ngọc Hà", "Ba Đình"}, {"00022", "Đội Cấn", "Ba Đình"},
		{"00025", "Ngọc Khánh", "Ba Đình"}, {"00028", "Kim Mã", "Ba Đình"}, {"00031", "Giảng Võ", "Ba Đình"}, {"00034", "Thành Công", "Ba Đình"},
		{"00037", "Phúc Tân", "Hoàn Kiếm"}, {"00040", "Đồng Xuân", "Hoàn Kiếm"}, {"00049", "Hàng Đào", "Hoàn Kiếm"}, {"00061", "Hàng Bạc", "Hoàn Kiếm"},
		{"00076", "Hàng Bông", "Hoàn Kiếm"}, {"00079", "Tràng Tiền", "Hoàn Kiếm"}, {"00082", "Trần Hưng Đạo", "Hoàn Kiếm"}, {"00088", "Hàng Bài", "Hoàn Kiếm"},
		{"00091", "Phú Thượng", "Tây Hồ"}, {"00094", "Nhật Tân", "Tây Hồ"}, {"00100", "Quảng An", "Tây Hồ"}, {"00106", "Yên Phụ", "Tây Hồ"},
		{"00109", "Bưởi", "Tây Hồ"}, {"00112", "Thụy Khuê", "Tây Hồ"}, {"00115", "Thượng Thanh", "Long Biên"}, {"00118", "Ngọc Thụy", "Long Biên"},
		{"00124", "Đức Giang", "Long Biên"}, {"00127", "Việt Hưng", "Long Biên"}, {"00130", "Gia Thụy", "Long Biên"}, {"00133", "Ngọc Lâm", "Long Biên"},
		{"00157", "Nghĩa Đô", "Cầu Giấy"}, {"00160", "Nghĩa Tân", "Cầu Giấy"}, {"00163", "Mai Dịch", "Cầu Giấy"}, {"00166", "Dịch Vọng", "Cầu Giấy"},
		{"00169", "Quan Hoa", "Cầu Giấy"}, {"00172", "Yên Hoà", "Cầu Giấy"}, {"00175", "Trung Hoà", "Cầu Giấy"},
	}
}
