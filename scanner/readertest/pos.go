package readertest

// ScannerDescriptor is the report descriptor of a bar code scanner in HID-POS
// mode, with the layout that most makes share: report 2 of 64 bytes.
func ScannerDescriptor() []byte {
	return []byte{
		0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, // Bar Code Scanner, Scanner, Collection (Application)
		0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, // Scanned Data Report, Collection (Logical), Report ID 2
		0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
		0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, // Byte Count
		0x95, 0x03, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02, // 3 Symbology Identifiers
		0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01, // 56 bytes of Decoded Data
		0x95, 0x02, 0x81, 0x03,
		0x75, 0x01, 0x95, 0x01, 0x25, 0x01, 0x09, 0xFF, 0x81, 0x02, // Decode Data Continued
		0x95, 0x07, 0x81, 0x03,
		0xC0, 0xC0,
	}
}

// posBytes of a code are in one report.
const posBytes = 56

// Report is one input report of [ScannerDescriptor].
type Report [64]byte

// Reports are what the scanner sends for a code.
func Reports(code string) (reports []Report) {
	for {
		part := code[:min(len(code), posBytes)]
		code = code[len(part):]
		r := Report{0: 2, 1: byte(len(part)), 2: ']', 3: 'Q', 4: '1'}
		copy(r[5:], part)
		if code != "" {
			r[63] = 1
		}
		if reports = append(reports, r); code == "" {
			return reports
		}
	}
}
