# Reads the preprocessed umbrella header and writes C: for every public function and every handle among its parameters, a call with that
# handle bad and the others good. Other types of parameters name macros GOOD_<type> of test_bad_handles.c, so a new one fails to compile until
# it is given a value there.

function trim(s) {
    gsub(/[ \t]+/, " ", s)
    sub(/^ /, "", s)
    sub(/ $/, "", s)
    return s
}

function strip_attributes(s,    at, i, depth, ch) {
    while ((at = index(s, "__attribute__")) > 0) {
        depth = 0
        for (i = at + 13; i <= length(s); i++) {
            ch = substr(s, i, 1)
            if (ch == "(")
                depth++
            else if (ch == ")" && --depth == 0)
                break
        }
        s = substr(s, 1, at - 1) " " substr(s, i + 1)
    }
    return s
}

# "const cx_array *a" -> const_cx_array_p; sets the global is_handle, handle_type
function type_of(p,    t) {
    is_handle = 0
    if (p ~ /\( *\*/)
        return "function"
    t = p
    sub(/\[[0-9A-Z_]*\]$/, "*", t)
    if (match(t, /[A-Za-z_][A-Za-z0-9_]*\**$/) && t ~ /[ *][A-Za-z_][A-Za-z0-9_]*\**$/) {
        sub(/[A-Za-z_][A-Za-z0-9_]*/, "", t)    # placeholder, replaced below
        t = p
        sub(/\[[0-9A-Z_]*\]$/, "", t)
        sub(/[A-Za-z_][A-Za-z0-9_]*$/, "", t)
        if (p ~ /\]$/)
            t = t "*"
    }
    t = trim(t)
    if (t ~ /^(const )?cx_(array|table|estimator|session|generator|program|kernel|fft_plan|neighbor_tree|stream|event|graph|tensors) \*$/) {
        is_handle = 1
        handle_type = t
    }
    gsub(/\*/, "p", t)
    gsub(/ /, "_", t)
    return t
}

function statement(s,    open, head, name, params, n, i, list, types, result, k, call) {
    s = trim(strip_attributes(trim(s)))
    if (s ~ /^(typedef|static|extern|_Static_assert|struct|enum|union)[ {(]/ || s !~ /\)$/)
        return
    open = index(s, "(")
    head = trim(substr(s, 1, open - 1))
    if (!match(head, /cx_[a-z0-9_]+$/))
        return
    name = substr(head, RSTART)
    result = trim(substr(head, 1, RSTART - 1))
    params = substr(s, open + 1, length(s) - open - 1)
    n = split_params(params, list)
    handles = 0
    for (i = 1; i <= n; i++) {
        types[i] = type_of(trim(list[i]))
        handle[i] = is_handle
        kind[i] = handle_type
        handles += is_handle
    }
    if (handles == 0)
        return
    if (result == "cx_status")
        result = "STATUS"
    else if (result == "void")
        result = "VOID"
    else if (result == "double")
        result = "DOUBLE"
    else if (result ~ /^(const )?cx_(array|table|estimator|session|generator|program|kernel|fft_plan|neighbor_tree|stream|event|graph|tensors) \*$/)
        result = "HANDLE"
    else
        result = "VALUE"
    for (k = 1; k <= n; k++) {
        if (!handle[k])
            continue
        call = name "("
        for (i = 1; i <= n; i++)
            call = call (i > 1 ? ", " : "") (i == k ? "(" kind[k] ")bad" : good(types[i]))
        printf "CALL(\"%s\", %d, CHECK_%s, %s))\n", name, k, result, call >out
    }
}

# Options are left out, and enums and structs by value are all zero unless test_bad_handles.c says more of them.
function good(t) {
    if (t ~ /_opts_p$/)
        return "NULL"
    if (t ~ /^cx_[a-z0-9_]+$/ && t !~ /_p+$/ && !(t in told))
        return "(" t "){0}"
    return "GOOD_" t
}

function split_params(s, list,    i, ch, depth, n, from) {
    n = 0
    depth = 0
    from = 1
    for (i = 1; i <= length(s); i++) {
        ch = substr(s, i, 1)
        if (ch == "(")
            depth++
        else if (ch == ")")
            depth--
        else if (ch == "," && depth == 0) {
            list[++n] = substr(s, from, i - from)
            from = i + 1
        }
    }
    list[++n] = substr(s, from)
    return n
}

BEGIN {
    split("cx_reduce cx_shape cx_dtype cx_device cx_scope cx_names cx_arrays cx_method", t, " ")
    for (i in t)
        told[t[i]] = 1
}
/^#/ { next }
{
    text = text " " $0
    while (match(text, /[;{}]/)) {
        ch = substr(text, RSTART, 1)
        piece = substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + 1)
        if (ch == ";" && braces == 0)
            statement(pending piece)
        if (ch == "{")
            braces++
        if (ch == "}")
            braces--
        pending = ""
        if (ch == "}" && braces == 0)
            pending = "typedef "
        if (ch == ";" && braces == 0)
            pending = ""
    }
}
