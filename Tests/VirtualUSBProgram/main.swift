// A testbed with USB devices for tests in other languages. Prints its folder; then does what each line of its input says
// and answers with a line, `ok` or what is wrong.
import FilterWheels
import Glibc
import Transports
import VirtualUSB

let testbed = try Testbed()
print(testbed.folder)
fflush(nil)
var bench = Bench(testbed)
while let line = readLine() {
    print(bench.perform(line.split(separator: " ").map(String.init)))
    fflush(nil)
}
testbed.remove()
