fn main() {
    light(90);
}
