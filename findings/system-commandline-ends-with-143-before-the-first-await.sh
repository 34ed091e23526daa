#!/usr/bin/env bash
# System.CommandLine 3.0.0, an asynchronous action and ProcessTerminationTimeout: a SIGTERM that comes while the action has not yet
# reached its first await ends the program with 143 as soon as it has, although the action would return 0 half a second later; one
# that comes later is waited for, up to the timeout. One would have guessed that the timeout holds from the beginning. An action that yields
# first is waited for from the beginning. Expected: "at once 143", "yields first 0".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/stop.cs" << 'CS'
#:package System.CommandLine@3.0.0
using System.CommandLine;

var root = new RootCommand();
root.SetAction(async (_, _) =>
{
    if (Environment.GetEnvironmentVariable("YIELD") == "1")
        await Task.Yield();
    Console.WriteLine("begun");
    Thread.Sleep(3000);
    await Task.Delay(500, CancellationToken.None);
    return 0;
});
return await root.Parse([]).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
CS
(cd "$folder" && dotnet build stop.cs -o out -v q > build.log || { cat build.log && exit 1; })
stopped() {
  local code=0
  YIELD=$1 "$folder/out/stop" > "$folder/log" &
  local pid=$!
  until grep -q begun "$folder/log"; do sleep 0.1; done
  kill -TERM "$pid"
  wait "$pid" || code=$?
  echo "$code"
}
seen="at once $(stopped 0)
yields first $(stopped 1)"
echo "$seen"
[[ $seen == "at once 143
yields first 0" ]] || { echo "CHANGED" && exit 1; }
