// A server for tests alone: the reference object of pyro4_probe.py, a factory for devices made on demand, and
// single simulated instruments for the programs of others.
//
// The server's arguments are port=, host=, allow= and read_only=, the latter two with networks.
import Devices
import Glibc
import Logging
import Pickle
import Platform
import Pyro
import Server

if let program = InstrumentProgram(Array(CommandLine.arguments.dropFirst())) {
    try program.run()
    exit(0)
}

if let program = InstrumentProgram(Array(CommandLine.arguments.dropFirst())) {
    try program.run()
    exit(0)
}

var log = Logger(label: "test-server") { StreamLogHandler.standardError(label: $0) }
log.logLevel = .notice
let arguments = CommandLine.arguments.dropFirst().reduce(into: [String: String]()) { arguments, argument in
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    arguments[parts[0]] = parts.last
}
let port = arguments["port"].flatMap { Int($0) } ?? 0
var options = ServerOptions()
options.access.allowed = try arguments["allow"].map { [try ClientNetwork($0)] }
options.access.readOnly = try arguments["read_only"].map { [try ClientNetwork($0)] } ?? []
let server = try DeviceServer(at: .tcp(host: arguments["host"] ?? "127.0.0.1", port: port), options: options, log: log)
server.register(ReferenceProbe(), as: "Reference")
for name in ["a", "b"] { server.register(ReferenceChild(name), as: ReferenceProbe.childID(name)) }
server.register(Factory(server), as: "Factory")
server.start()
print(server.uri(of: "Reference").text)
fflush(nil)
// Runs until its input is closed.
while readLine() != nil {}
server.stop()
