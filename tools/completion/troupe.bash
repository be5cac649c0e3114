# Completes troupe's commands, their options, and the values of both.
# Installed as share/bash-completion/completions/troupe.

_troupe() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local commands='index add list show similar search duplicates
    playlist vectors export analyze preprocess upscale tag node jobs rpc
    admin doctor config models certs
    forget help'
  local everywhere='--library --config --json --jsonl --no-node --node --cert
    --help'
  local command='' word at kinds='audio image text'
  COMPREPLY=()

  for ((at = 1; at < COMP_CWORD; ++at)); do
    word=${COMP_WORDS[at]}
    case $word in
      --library | --config | --node | --cert) ((++at)) ;;
      -*) ;;
      *)
        # Groups of commands are "jobs list" and the like.
        command+=${command:+ }$word
        case $command in
          jobs | admin | 'admin quarantine' | 'admin import' | config | models | \
            certs) ;;
          *) break ;;
        esac
        ;;
    esac
  done

  [[ $command == jobs* || $command == admin* ]] && kinds='index audio.analyze image.embed
    text.embed image.upscale'
  case $previous in
    --library | --config | --cert | --under | --watch | -o | --output | --plot | --html \
      | --seed | --ids)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --kind)
      mapfile -t COMPREPLY < <(compgen -W "$kinds" -- "$current")
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
    --on-timeout)
      mapfile -t COMPREPLY < <(compgen -W 'wait requeue cancel' -- "$current")
      return
      ;;
    --write)
      mapfile -t COMPREPLY < <(compgen -W 'bpm key replaygain
        bpm,key,replaygain' -- "$current")
      return
      ;;
    --energy)
      mapfile -t COMPREPLY < <(compgen -W 'arc rise fall level' -- "$current")
      return
      ;;
    --recipe)
      mapfile -t COMPREPLY < <(compgen -W 'imagenet clip dinov2 siglip tf
        caffe letterbox' -- "$current")
      return
      ;;
    --stage)
      mapfile -t COMPREPLY < <(compgen -W 'pixels tensor' -- "$current")
      return
      ;;
    --mode)
      mapfile -t COMPREPLY < <(compgen -W 'exact fast' -- "$current")
      return
      ;;
    --role)
      mapfile -t COMPREPLY < <(compgen -W 'viewer operator admin worker' \
        -- "$current")
      return
      ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'json csv' -- "$current")
      return
      ;;
  esac

  local words=$everywhere files=
  case $command in
    '') words+=" --version $commands" ;;
    index)
      words+=' --workers --dry-run --prune --force --retry-failed'
      files=yes
      ;;
    add) words+=' --text --title --id' ;;
    list) words+=' --kind --state --under --limit' ;;
    show)
      words+=' --vector --plot --force'
      files=yes
      ;;
    similar)
      words+=' -n --count --under --tag --html --force'
      files=yes
      ;;
    search) words+=' -n --count' ;;
    playlist)
      words+=' --seed -n --count --bpm-jitter --harmonic --energy -o --output
        --force'
      ;;
    duplicates) words+=' --kind' ;;
    vectors) words+=' --space -o --output --ids --force' ;;
    tag)
      words+=' --write --split-links'
      files=yes
      ;;
    forget) files=yes ;;
    analyze)
      words+=' --workers'
      files=yes
      ;;
    preprocess)
      words+=' --recipe -o --output --stage --mode --force'
      files=yes
      ;;
    upscale)
      words+=' --factor --width --height --model --denoise --format --quality
        --workers --force'
      files=yes
      ;;
    export) words+=' --format -o --output --force' ;;
    node) words+=' --watch --amqp --listen' ;;
    rpc) words+=' --timeout --no-wait --ping' ;;
    jobs) words+=' list show why trace retry cancel' ;;
    'jobs list') words+=' --state --kind --class --limit' ;;
    'jobs trace')
      words+=' -o --output --force'
      files=yes
      ;;
    'jobs retry' | 'jobs cancel')
      words+=' --state --kind --class --dry-run'
      ;;
    admin)
      words+=' status check backup reconcile quarantine pause resume drain'
      words+=' scale workers import prune audit shutdown'
      ;;
    'admin status') words+=' --watch --every' ;;
    'admin pause') words+=" --reason --for all intake $kinds" ;;
    'admin resume') words+=" --owner all intake $kinds" ;;
    'admin drain') words+=' --timeout --on-timeout --hold' ;;
    'admin scale')
      words+=' --save analyzers preprocessors embedders upscalers'
      ;;
    'admin import') words+=' begin extend end run' ;;
    'admin import begin' | 'admin import extend') words+=' --ttl' ;;
    'admin import run')
      words+=' --ttl --timeout'
      files=yes
      ;;
    'admin prune') words+=' --dry-run' ;;
    'admin audit') words+=' --since --limit' ;;
    'admin backup') files=yes ;;
    'admin reconcile') words+=' --dry-run' ;;
    'admin quarantine') words+=' list release' ;;
    config) words+=' show' ;;
    models) words+=' list inspect' ;;
    'models inspect') files=yes ;;
    certs) words+=' issue show renew' ;;
    'certs issue') words+=' --role -o --output --days --force' ;;
    'certs show') files=yes ;;
    help) words+=" --all $commands" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ -n $files && $current != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}

complete -o filenames -F _troupe troupe
