package ui

import "strings"

// A key of more than longKey letters is shown in two parts, of which only the first is cut to a few lines. The second is the
// file's name, or the last longName letters of one that is longer: what tells it from its neighbours.
const (
	longKey  = 120
	longName = 40
)

// keyParts cuts a long key before its name. head is empty where the key is not long.
func keyParts(key string) (head, tail string) {
	letters := []rune(key)
	if len(letters) <= longKey {
		return "", key
	}
	from := max(len(letters)-longName, 1)
	for i := len(letters) - 2; i >= from; i-- { // the slash of a name that ends with one does not begin it
		if letters[i] == '/' {
			from = i + 1
			break
		}
	}
	return string(letters[:from]), string(letters[from:])
}

// keyPieces cuts a key where one part could turn another around: names that are written from right to left stand between
// slashes, which keep their order from left to right. Other keys are one piece.
func keyPieces(key string) []string {
	if !turns(key) {
		return []string{key}
	}
	var pieces []string
	for name := range strings.SplitAfterSeq(key, "/") {
		name, slashed := strings.CutSuffix(name, "/")
		if name != "" {
			pieces = append(pieces, name)
		}
		if slashed {
			pieces = append(pieces, "/")
		}
	}
	return pieces
}

// turns tells whether a piece holds what is written from right to left.
func turns(piece string) bool { return strings.ContainsFunc(piece, fromRight) }

// fromRight tells the blocks of scripts that are written from right to left.
func fromRight(r rune) bool {
	return r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFE ||
		r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF
}
