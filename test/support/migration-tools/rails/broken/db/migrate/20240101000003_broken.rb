class Broken < ActiveRecord::Migration[6.1]
  def change
    create_table :half
    execute "SELECT 1 / 0"
  end
end
