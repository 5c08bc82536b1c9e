# Completion of alleycatd for bash. What there is to choose from is what the program itself says.

_alleycatd()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word
  local -a command=()
  COMPREPLY=()

  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -* | =) break ;;
      *) command+=("$word") ;;
    esac
  done

  case $previous in
    --config | *-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    *-directory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
  esac

  # Flags, and sub commands, which have two spaces in front of them, too.
  local help words
  help=$("${COMP_WORDS[0]}" "${command[@]}" --help 2>/dev/null) || return
  if [[ $current == -* ]]; then
    words=$(grep -oE -- '--[a-z][a-z0-9-]*' <<<"$help" | sort -u)
    if [ ${#command[@]} -gt 0 ]; then
      words+=$'\n'$("${COMP_WORDS[0]}" --help | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)
    fi
  elif [ ${#command[@]} -eq 0 ]; then
    words="log history db token mosquitto-acl"
  else
    words=$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' <<<"$help")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _alleycatd alleycatd
