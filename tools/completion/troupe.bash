# Completes troupe's commands, their options, and the values of both.
# Installed as share/bash-completion/completions/troupe.

_troupe() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local commands='index add list show export analyze node jobs admin doctor
    config forget help'
  local everywhere='--library --config --help'
  local command='' word at
  COMPREPLY=()

  case $previous in
    --library | --config | --under | --watch | -o)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --kind)
      mapfile -t COMPREPLY < <(compgen -W 'audio image text' -- "$current")
      return
      ;;
    --state)
      mapfile -t COMPREPLY < <(compgen -W 'pending done failed quarantined
        missing scheduled ready running retry cancelled' -- "$current")
      return
      ;;
    --class)
      mapfile -t COMPREPLY < <(compgen -W 'transient permanent crash timeout
        resource cancelled' -- "$current")
      return
      ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'json csv' -- "$current")
      return
      ;;
  esac

  for ((at = 1; at < COMP_CWORD; ++at)); do
    word=${COMP_WORDS[at]}
    case $word in
      --library | --config) ((++at)) ;;
      -*) ;;
      *)
        command=$word
        break
        ;;
    esac
  done

  local words=$everywhere files=
  case $command in
    '') words+=" --version $commands" ;;
    index)
      words+=' --workers --dry-run --prune --retry-failed --json'
      files=yes
      ;;
    add) words+=' --text --title --id --json' ;;
    list) words+=' --kind --state --under --limit --json --jsonl' ;;
    show)
      words+=' --json'
      files=yes
      ;;
    forget) files=yes ;;
    analyze)
      words+=' --workers --json --jsonl'
      files=yes
      ;;
    export) words+=' --format -o --force --jsonl' ;;
    node) words+=' --watch' ;;
    jobs)
      words+=' list show why retry cancel --state --kind --class --dry-run
        --json --jsonl'
      ;;
    admin) words+=' status check backup reconcile --dry-run --json' ;;
    config) words+=' show --json' ;;
    doctor) words+=' --json' ;;
    help) words+=" --all $commands" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ -n $files && $current != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}

complete -o filenames -F _troupe troupe
