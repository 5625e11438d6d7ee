# zoo: wrong
# what: has no generate()
# caught-by: contract
answer = 42
