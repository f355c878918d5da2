// A testbed with USB devices for tests in other languages. Prints its folder, then runs the command in each line of its
// input and answers with a line, `ok` or the error. With `--kernel` the devices are visible to all programs, and their
// ports are those of the kernel's virtual host controller: 0, 1, … A number at the end is the address of the first device.
import FilterWheels
import Glibc
import Transports
import VirtualUSB

let first = CommandLine.arguments.last.flatMap { Int($0) } ?? 2
let testbed = try Testbed(firstAddress: max(2, first))
print(testbed.folder)
fflush(nil)
var devices = PluggedDevices(CommandLine.arguments.contains("--kernel") ? nil : testbed)
while let line = readLine() {
    print(devices.perform(line.split(separator: " ").map(String.init)))
    fflush(nil)
}
testbed.remove()
