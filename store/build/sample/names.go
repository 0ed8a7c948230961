package sample

import "checkpoint"

// names holds the urns a name is drawn from. Family names follow the shares of
// Lê Trung Hoa, "Họ và tên người Việt Nam" (2005), in tenths of a percent.
type names struct {
	families              urn
	maleMiddle, maleGiven urn
	femaleMiddle          urn
	femaleMiddleElder     urn
	femaleGiven           urn
	clans                 urn // of the Ê Đê, who put the clan last
	maleClanGiven         urn
	femaleClanGiven       urn
}

func newNames() *names {
	return &names{
		families: fill([]share{
			{"Nguyễn", 384}, {"Trần", 110}, {"Lê", 95}, {"Phạm", 70}, {"Hoàng", 35}, {"Huỳnh", 16}, {"Phan", 45}, {"Vũ", 25}, {"Võ", 14},
			{"Đặng", 21}, {"Bùi", 20}, {"Đỗ", 14}, {"Hồ", 13}, {"Ngô", 13}, {"Dương", 10}, {"Lý", 5}, {"Đinh", 8}, {"Đào", 8}, {"Trịnh", 8},
			{"Mai", 7}, {"Lương", 7}, {"Trương", 10}, {"Cao", 5}, {"Hà", 6}, {"Đoàn", 6}, {"Lâm", 5}, {"Tạ", 4}, {"Phùng", 5}, {"Tô", 3}, {"Chu", 4},
			{"Kiều", 3}, {"Quách", 2}, {"Nông", 2}, {"Tống", 2}, {"Thái", 2}, {"Vương", 2}, {"Khuất", 2}, {"Âu", 1}, {"Ông", 1}, {"Tôn Thất", 1},
		}),
		maleMiddle: fill([]share{
			{"Văn", 32}, {"Đức", 9}, {"Minh", 9}, {"Quang", 7}, {"Hữu", 6}, {"Ngọc", 5}, {"Xuân", 5}, {"Công", 5}, {"Thanh", 4}, {"Quốc", 4},
			{"Đình", 5}, {"Anh", 3}, {"Hoàng", 3}, {"Tuấn", 3}, {"Trọng", 3}, {"Duy", 3}, {"Gia", 2}, {"Bảo", 2}, {"Nhật", 2}, {"Mạnh", 2},
		}),
		maleGiven: fill([]share{
			{"Hùng", 6}, {"Dũng", 5}, {"Tuấn", 6}, {"Anh", 6}, {"Minh", 6}, {"Hải", 4}, {"Nam", 4}, {"Sơn", 4}, {"Long", 4}, {"Thắng", 3},
			{"Cường", 4}, {"Đức", 4}, {"Hiếu", 3}, {"Huy", 4}, {"Khánh", 2}, {"Kiên", 3}, {"Lâm", 2}, {"Phong", 3}, {"Phúc", 3}, {"Quân", 3},
			{"Thành", 4}, {"Tùng", 3}, {"Việt", 2}, {"Bình", 3}, {"Hoà", 2}, {"Lợi", 1}, {"Tài", 2}, {"Toàn", 2}, {"Trung", 3}, {"Vinh", 2},
			{"Đạt", 2}, {"Khoa", 2}, {"Bảo", 2}, {"Nghĩa", 1}, {"Thịnh", 1}, {"Quý", 1}, {"Điệp", 1}, {"Hưng", 3}, {"Tiến", 2}, {"Chiến", 1},
		}),
		femaleMiddle: fill([]share{
			{"Thị", 30}, {"Ngọc", 9}, {"Thu", 6}, {"Minh", 5}, {"Phương", 5}, {"Thanh", 5}, {"Hồng", 4}, {"Kim", 4}, {"Mai", 3}, {"Thuỳ", 4},
			{"Thị Thu", 3}, {"Thị Ngọc", 3}, {"Thị Thanh", 2}, {"Khánh", 3}, {"Bảo", 2}, {"Hà", 2}, {"Quỳnh", 3}, {"Diệu", 2}, {"Tuệ", 1}, {"Thảo", 2},
		}),
		femaleMiddleElder: fill([]share{{"Thị", 88}, {"Ngọc", 3}, {"Kim", 3}, {"Thanh", 2}, {"Bích", 2}, {"Minh", 2}}),
		femaleGiven: fill([]share{
			{"Anh", 5}, {"Hương", 5}, {"Lan", 4}, {"Hoa", 4}, {"Hà", 5}, {"Linh", 6}, {"Mai", 4}, {"Nga", 3}, {"Ngọc", 4}, {"Nhung", 3},
			{"Phương", 5}, {"Thảo", 4}, {"Thuỷ", 3}, {"Trang", 5}, {"Vân", 3}, {"Yến", 3}, {"Hằng", 4}, {"Hạnh", 3}, {"Hiền", 4}, {"Huyền", 4},
			{"Lý", 1}, {"Loan", 2}, {"My", 2}, {"Quỳnh", 3}, {"Thu", 3}, {"Trinh", 1}, {"Tuyết", 2}, {"Xuân", 2}, {"Bích", 1}, {"Chi", 3},
			{"Dung", 3}, {"Giang", 3}, {"Oanh", 2}, {"Ngân", 3}, {"Nhi", 2}, {"Tâm", 2}, {"Thơm", 1}, {"Vy", 1}, {"Duyên", 2}, {"Ánh", 1},
		}),
		clans:           fill([]share{{"Niê", 5}, {"Mlô", 3}, {"Êban", 2}, {"Kbuôr", 2}, {"Byă", 2}, {"Ayŭn", 1}}),
		maleClanGiven:   fill([]share{{"Bih", 2}, {"Blim", 1}, {"Djuang", 1}, {"Khoa", 1}, {"Thịnh", 1}, {"Wơn", 1}}),
		femaleClanGiven: fill([]share{{"Hen", 2}, {"Bia", 1}, {"Luin", 1}, {"Nga", 1}, {"Ruê", 1}, {"Zina", 1}}),
	}
}

// full is a full name with the given family name; elder women are mostly Thị.
func (n *names) full(d *dice, family string, sex checkpoint.Sex, elder bool) string {
	middle, given := n.maleMiddle, n.maleGiven
	if sex == checkpoint.Female {
		middle, given = n.femaleMiddle, n.femaleGiven
		if elder {
			middle = n.femaleMiddleElder
		}
	}
	return family + " " + middle.draw(d) + " " + given.draw(d)
}

// highland is a name of the Ê Đê: Y Bih Niê, H'Hen Niê.
func (n *names) highland(d *dice, sex checkpoint.Sex) string {
	if sex == checkpoint.Female {
		return "H'" + n.femaleClanGiven.draw(d) + " " + n.clans.draw(d)
	}
	return "Y " + n.maleClanGiven.draw(d) + " " + n.clans.draw(d)
}
