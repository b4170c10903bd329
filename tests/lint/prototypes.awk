# Reads preprocessed C with line markers and prints the functions that files below include/calx
# declare: name, header, flags, return type. Works on statements: text up to a semicolon or the end
# of a function's body, with everything in braces left out.

function trim(s) {
    gsub(/[ \t]+/, " ", s)
    sub(/^ /, "", s)
    sub(/ $/, "", s)
    return s
}

# Removes every __attribute__((...)) and notes the two that matter.
function strip_attributes(s,    at, i, depth, ch, body) {
    while ((at = index(s, "__attribute__")) > 0) {
        depth = 0
        for (i = at + 13; i <= length(s); i++) {
            ch = substr(s, i, 1)
            if (ch == "(")
                depth++
            else if (ch == ")" && --depth == 0)
                break
        }
        body = substr(s, at, i - at + 1)
        if (body ~ /warn_unused_result/)
            flags = flags "m"
        if (body ~ /visibility *\( *"default"/)
            flags = flags "v"
        s = substr(s, 1, at - 1) " " substr(s, i + 1)
    }
    return s
}

function statement(s,    open, head, name) {
    flags = ""
    s = trim(strip_attributes(trim(s)))
    if (s ~ /^(typedef|static|_Static_assert)[ {(]/)
        return
    if (s ~ /^(struct|enum|union)[ {]/ && s !~ /^[a-z]+ [A-Za-z0-9_]+ [* ]*[A-Za-z0-9_]+ *\(/)
        return
    open = index(s, "(")
    if (open == 0)
        return
    head = trim(substr(s, 1, open - 1))
    if (!match(head, /[A-Za-z_][A-Za-z0-9_]*$/))
        return
    name = substr(head, RSTART)
    if (index(s, "...") > 0)
        flags = flags "e"
    sub(/^extern /, "", head)
    printf "%s\t%s\t%s\t%s\n", name, file, flags, trim(substr(head, 1, length(head) - length(name)))
}

/^# [0-9]+ "/ {
    split($0, part, "\"")
    ours = part[2] ~ /(^|\/)include\/calx(\/|\.h)/
    if (ours && part[2] ~ /\.h$/) {
        file = part[2]
        sub(/^.*include\//, "include/", file)
    }
    next
}
/^#/ { next }
!ours { next }
{
    n = length($0)
    for (i = 1; i <= n; i++) {
        ch = substr($0, i, 1)
        if (ch == "{") {
            if (depth++ == 0)
                is_body = trim(text) ~ /\)$/
        } else if (ch == "}") {
            if (--depth == 0 && is_body) {
                statement(text)
                text = ""
            }
        } else if (depth > 0) {
            continue
        } else if (ch == ";") {
            statement(text)
            text = ""
        } else {
            text = text ch
        }
    }
    text = text " "
}
