import Devices
import Pickle
import Pyro

/// An object that others give out proxies of.
final class ReferenceChild: TableObject {
    private let name: String

    init(_ name: String) { self.name = name }

    let metadata = ObjectMetadata(methods: ["hello"], attributes: ["name"])

    var table: RemoteInterface {
        RemoteInterface(of: "Child") {
            RemoteProperty("name", get: { self.name })
            RemoteMethod("hello", Parameter("who", default: "you")) { (who: String) in
                "\(self.name) says hello to \(who)"
            }
        }
    }
}
