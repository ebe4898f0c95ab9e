package ui

import "strings"

// symbols are of the currencies whose sign cannot be taken for another's here.
var symbols = map[string]string{"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "UAH": "₴", "VND": "₫"}

// Money writes an amount with the sign of its currency, or its code where it has no sign of its own: € 1,234.50. decimal
// is the amount in the currency's own decimals.
func Money(currency, decimal string) string {
	sign := symbols[currency]
	if sign == "" {
		sign = currency
	}
	return sign + "\u00a0" + Decimal(decimal)
}

// Decimal sets the thousands of a decimal number apart: 1,234.50.
func Decimal(text string) string {
	whole, fraction, pointed := strings.Cut(text, ".")
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if pointed {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// Capital begins a phrase as a sentence begins.
func Capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
