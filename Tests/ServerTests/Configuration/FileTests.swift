import Glibc
import Server
import Testing

@Suite struct FileTests {
    @Test func aFileIsReadFromItsPath() throws {
        let folder = try TemporaryFolder()
        let file = folder.write("devices: [{ driver: simulated-light-source, name: A, port: 1 }]\n", to: "scope.yaml")
        let configuration = try ServerConfiguration(file: file, drivers: stubDrivers)
        #expect(configuration.definitions.map(\.name) == ["A"])
    }

    @Test func errorsNameTheFileAsItWasGiven() throws {
        let folder = try TemporaryFolder()
        let file = folder.write("devices: 1\n", to: "scope.yaml")
        #expect(message(file) == "\(file):1:10: devices: expected a list of devices, got 1")
    }

    @Test func aFileThatIsNotThereIsNamed() throws {
        let folder = try TemporaryFolder()
        #expect(
            message("\(folder.path)/none.yaml")
                == "\(folder.path)/none.yaml: cannot read the file: No such file or directory"
        )
    }

    @Test func aFolderIsNoFile() throws {
        let folder = try TemporaryFolder()
        #expect(message(folder.path) == "\(folder.path): cannot read the file: Is a directory")
    }

    @Test func aFileThatIsNotUTF8IsRefused() throws {
        let folder = try TemporaryFolder()
        let file = folder.write([0x61, 0x3a, 0xff, 0xfe], to: "latin.yaml")
        #expect(message(file) == "\(file): the file is not text in UTF-8")
    }

    @Test func aFileThatNeverEndsIsRefused() {
        #expect(message("/dev/zero") == "/dev/zero: the file is longer than 4 MiB")
    }

    private func message(_ file: String) -> String {
        do throws(ConfigurationErrors) {
            _ = try ServerConfiguration(file: file, drivers: stubDrivers)
            return ""
        } catch {
            return error.description
        }
    }
}
